"""The standing comparison: all keystroke strategies on simulated people nobody trained on."""
