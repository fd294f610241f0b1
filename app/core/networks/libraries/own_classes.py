"""Layers that a library lacks, as the programs define them; a text may define them so, and not otherwise."""

KERAS_RESIDUAL = '''\
class Residual(layers.Layer):
    """The output of its layers plus its input, fitted by a 1 x 1 convolution where their shapes differ."""

    def __init__(self, block, projection=None, activation=None):
        super().__init__()
        self.block = keras.Sequential(block)
        self.projection = projection
        self.activation = keras.activations.get(activation)

    def build(self, shape):
        self.block.build(shape)
        if self.projection is not None:
            self.projection.build(shape)

    def call(self, x, training=None):
        shortcut = x if self.projection is None else self.projection(x)
        return self.activation(self.block(x, training=training) + shortcut)

    def compute_output_shape(self, shape):
        return self.block.compute_output_shape(shape)
'''

PYTORCH_RESIDUAL = '''\
class Residual(nn.Sequential):
    """The output of its layers plus its input, fitted by a 1 x 1 convolution where their shapes differ."""

    def forward(self, x):
        layers = dict(self.named_children())
        shortcut = layers.pop("projection", nn.Identity())(x)
        for layer in layers.values():
            x = layer(x)
        return x + shortcut
'''

OWN_CLASSES = {"Residual": (KERAS_RESIDUAL, PYTORCH_RESIDUAL)}
