"""Which mathematics stands behind the models? Arrays in, frozen results with shapes out."""
