"""Pages for people: values in, HTML out.

``render`` alone imports Jinja2; ``json_shapes`` and ``assets`` are usable without it. Pages link to each other
relatively, so that the same markup works at the root, below a prefix and as files.
"""
