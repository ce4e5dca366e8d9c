"""The commands of ``python -m bot``, by what they are about; what all of them need stands in ``terminal``."""
