"""Values that travel between the rooms: frozen, slotted dataclasses of the standard library, no decisions.

Every ``*_at`` is an aware datetime in UTC, every duration a ``timedelta``, every ``*_url`` absolute,
every ``*_html`` markup; a text without that suffix is plain. Collections are tuples.
"""
