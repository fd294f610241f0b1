"""Names that programs use without setting them: what is usual, which packages change nothing, what a data set says."""

import builtins
from dataclasses import dataclass
from typing import Any

# What a short name stands for where the text does not import it.
USUAL = {
    "nn": "torch.nn", "F": "torch.nn.functional", "torch": "torch", "optim": "torch.optim", "tf": "tensorflow",
    "torchvision": "torchvision", "transforms": "torchvision.transforms", "keras": "keras", "tensorflow": "tensorflow",
    "layers": "keras.layers", "K": "keras.backend", "np": "numpy", "numpy": "numpy", "math": "math", "os": "os",
    "sys": "sys", "plt": "matplotlib.pyplot", "random": "random", "partial": "functools.partial",
    "functools": "functools", "collections": "collections", "pd": "pandas", "OrderedDict": "collections.OrderedDict",
    "cifar10": "keras.datasets.cifar10", "mnist": "keras.datasets.mnist",
    "fashion_mnist": "keras.datasets.fashion_mnist", "cifar100": "keras.datasets.cifar100",
    "to_categorical": "keras.utils.to_categorical", "np_utils": "keras.utils.np_utils",
    "regularizers": "keras.regularizers", "callbacks": "keras.callbacks", "optimizers": "keras.optimizers",
    "losses": "keras.losses", "tqdm": "tqdm", "argparse": "argparse", "copy": "copy", "time": "time", "json": "json",
    "summary": "torchsummary.summary", "torchsummary": "torchsummary",
}  # fmt: skip
KNOWN = {
    "torch", "torchvision", "keras", "tensorflow", "numpy", "matplotlib", "sklearn", "pandas", "PIL", "cv2", "os",
    "sys", "time", "math", "random", "json", "collections", "functools", "itertools", "argparse", "copy", "datetime",
    "pickle", "h5py", "scipy", "seaborn", "tqdm", "torchsummary", "torchinfo", "warnings", "logging", "glob", "shutil",
    "pathlib", "typing", "abc", "__future__", "lightning", "pytorch_lightning", "tensorboard", "tensorboardX", "wandb",
    "skimage", "imutils", "urllib", "zipfile", "gzip", "struct", "string", "re", "csv", "io", "enum", "dataclasses",
    "livelossplot", "visdom", "mlxtend", "IPython", "google", "torchmetrics", "tensorflow_datasets", "builtins",
    "imageio", "requests", "subprocess", "tempfile", "operator", "mpl_toolkits", "tarfile", "platform", "psutil", "gc",
    "keras_tuner", "kerastuner", "theano", "torchviz", "onnx", "types", "plotly", "statistics", "contextlib", "thop",
    "ptflops",
}  # fmt: skip
VERBS = (
    "train", "fit", "test", "eval", "plot", "show", "print", "summar", "save", "count", "valid", "predict", "visual",
    "display", "check", "export", "log", "draw", "accuracy", "get_num", "num_param", "imshow",
)  # fmt: skip
PYTHON = set(dir(builtins)) | {"xrange", "raw_input", "unicode"}
ROOTS = {
    "Module": "torch.Module", "LightningModule": "torch.Module", "Sequential": "Sequential",
    "ModuleList": "torch.ModuleList", "ModuleDict": "torch.ModuleDict", "Model": "keras.Model",
    "Functional": "keras.Model", "Layer": "keras.Layer",
}  # fmt: skip
SAME = {
    "DataParallel", "DistributedDataParallel", "compile", "script", "trace", "no_grad", "function", "script_method",
    "inference_mode", "enable_grad", "register_keras_serializable", "unused", "wraps", "abstractmethod", "override",
}  # fmt: skip
DATA_SETS = {
    "mnist": (60000, 28, 28), "fashion_mnist": (60000, 28, 28), "cifar10": (50000, 32, 32, 3),
    "cifar100": (50000, 32, 32, 3),
}  # fmt: skip
TENSORS = (
    "rand", "randn", "zeros", "ones", "empty", "full", "normal", "randint", "random_normal", "uniform", "random",
)  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What a data set says where the text does not: (channels, height, width) and how many classes; or None."""

    shape: tuple[int, int, int] | None = None
    classes: int | None = None
    wins: bool = False  # the shape is taken whatever the text says of its input


# What a name is mostly used for; those behind the bar only as an argument that no call gives.
_COUNTS = (
    "num_classes n_classes nb_classes nclasses classes num_class n_class nb_class num_labels n_labels class_num "
    "class_count num_categories classes_num number_of_classes nclass class_number num_of_classes numclasses "
    "| output_dim n_outputs num_outputs n_out"
)
_SHAPES = "input_shape img_shape image_shape inputshape imgshape | in_shape shape"
_HEIGHTS = "img_rows img_height image_height img_h image_rows input_height | height rows n_rows h"
_WIDTHS = "img_cols img_width image_width img_w image_cols input_width | width cols n_cols w"
_SIZES = "img_size image_size imgsize imagesize im_size | size input_size"
_CHANNELS = (
    "img_channels num_channels n_channels in_channels image_channels nb_channels img_channel input_channels "
    "| channels depth channel"
)


def filled(name: str, given: Given, torch: bool, lacking: bool) -> Any:
    """What the data set says of that name; `lacking`: it is an argument that no call gives."""
    if _is_one_of(name, _COUNTS, lacking):
        return given.classes
    if given.shape is None:
        return None
    channels, height, width = given.shape
    if _is_one_of(name, _SHAPES, lacking):
        return given.shape if torch else (height, width, channels)
    if _is_one_of(name, _SIZES, lacking):
        return height if height == width else None
    for names, value in ((_HEIGHTS, height), (_WIDTHS, width), (_CHANNELS, channels)):
        if _is_one_of(name, names, lacking):
            return value
    return None


def _is_one_of(name: str, names: str, lacking: bool) -> bool:
    strict, _, generous = names.partition("|")
    return name in strict.split() or (lacking and name in generous.split())


_PICTURES = (
    "x",
    "train_x",
    "trainx",
    "test_x",
    "image",
    "img",
    "train_image",
    "train_data",
    "data",
    "features",
    "pictures",
)
_LABELS = ("y", "train_y", "trainy", "test_y", "label", "target", "train_label")


def shape_of(name: str, given: Given) -> tuple[int, ...] | None:
    """The sizes behind the first of an array of that name, as Keras has them: of pictures, or of labels one-hot."""
    first = name.lower().partition(".")[0].partition("[")[0]
    if first.startswith(_LABELS):
        return None if given.classes is None else (given.classes,)
    if not first.startswith(_PICTURES) or given.shape is None:
        return None
    channels, height, width = given.shape
    return height, width, channels
