"""Checks of this computer for ``c2k doctor``, one module for each part of it."""
