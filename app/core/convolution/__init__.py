"""What a network is made of: kernels, chains of steps, the arithmetic of one value, and a kernel that is learned."""
