"""Camera to Keyboard: type on a sheet of paper in front of any camera."""

__version__ = "0.1.0"
