"""A network as programs that a learner can run and change: the same layers, the same number of parameters.

It does not know how they are read back: see `reading`.
"""

from app.core.networks.layers import Activation
from app.core.networks.libraries import keras, pytorch
from app.core.networks.networks import Network, expand


def write_network(network: Network) -> dict[str, str]:
    """{pytorch, keras}: whole programs. Both end in a softmax where the description does; `build` gives logits."""
    layers = expand(network).layers
    if getattr(network.layers[-1], "activation", "") == "softmax":
        layers = (*layers, Activation("softmax"))
    return {"pytorch": pytorch.write(network, layers), "keras": keras.write(network)}
