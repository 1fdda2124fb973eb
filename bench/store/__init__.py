"""The store under load: what the writer takes, what an archive of millions costs and answers."""
