"""The subject: tensors in, tensors out. Knows nothing of HTTP, databases, the environment or printing."""
