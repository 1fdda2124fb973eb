"""How the shipped tagger is taught: marked stories, sets, model, export. Needs the extra `train`.

`make train` runs it; the pipeline never imports it.
"""
