/* Operators of our own, namespace `implicit`. Nothing is declared here: they register themselves with LibTorch. */
