"""Exports: articles as files for other programs, read through the views as `wire_reader`.

`selection` reads, a batch at a time; `formats` says which writers there are; each of `json_lines`,
`csv_lines`, `parquet` and `ninjs` writes one format. What is withdrawn is in none, as in the views.
"""
