"""A run as programs to take home: the same pictures, preparation, augmentation, network and numbers."""
