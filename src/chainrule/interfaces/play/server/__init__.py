"""The server of the playground: who may come in, which pages are open, and the process of each page's run."""
