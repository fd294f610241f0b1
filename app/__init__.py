"""Convolution Playground: learn convolution and convolutional networks by doing."""
