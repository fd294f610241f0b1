"""The convolution room: pictures filtered, one pixel explained, a kernel learned."""
