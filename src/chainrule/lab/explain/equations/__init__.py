"""The equations of each kind of layer, loss and optimizer."""
