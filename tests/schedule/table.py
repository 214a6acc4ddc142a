"""The table of headers, hints and refusals: what is asked for, and when the next poll is then.

One case a line: what the source would do by itself | what came | when it is asked next | a word of the reason;
`by itself` says that nothing has raised the interval.

- by itself: an interval (as `auto` learned it), `every 2h` (fixed) or `15m..1d` with an interval (a range)
- what came: status, headers by `Name: value`, hints of the document by `ttl=`, `hours=`, `days=`,
  `sy=period/frequency/base`
- next: from the moment of the poll, which is Monday 2026-11-23 12:00 GMT; the real one lies up to a tenth later.
  `@Tue 00` means in that hour. `never` is never
"""

from __future__ import annotations

FRESHNESS = """
2h | 200 | 2h | by itself
2h | 200 Cache-Control: max-age=3600 | 2h | by itself
2h | 200 Cache-Control: max-age=7200 | 2h | by itself
2h | 200 Cache-Control: max-age=7201 | 2h0m1s | max-age 7201 raised 2 h to 2 h
2h | 200 Cache-Control: max-age=10800 | 3h | max-age 10800 raised 2 h to 3 h
2h | 200 Cache-Control: public, max-age=10800 | 3h | max-age 10800
2h | 200 Cache-Control: max-age=10800, public | 3h | max-age 10800
2h | 200 Cache-Control: MAX-AGE=10800 | 3h | max-age 10800
2h | 200 Cache-Control: max-age="10800" | 3h | max-age 10800
2h | 200 Cache-Control: max-age = 10800 | 3h | max-age 10800
2h | 200 Cache-Control:   max-age=10800   | 3h | max-age 10800
2h | 200 Cache-Control: max-age=010800 | 3h | max-age 10800
2h | 200 Cache-Control: private, max-age=10800 | 3h | max-age 10800
2h | 200 Cache-Control: no-cache | 2h | by itself
2h | 200 Cache-Control: no-store | 2h | by itself
2h | 200 Cache-Control: no-cache, max-age=10800 | 3h | max-age 10800
2h | 200 Cache-Control: no-store, no-cache, must-revalidate, max-age=0 | 2h | by itself
2h | 200 Cache-Control: must-revalidate | 2h | by itself
2h | 200 Cache-Control: immutable | 2h | by itself
2h | 200 Cache-Control: s-maxage=86400 | 2h | by itself
2h | 200 Cache-Control: s-maxage=86400, max-age=10800 | 3h | max-age 10800
2h | 200 Cache-Control: stale-while-revalidate=86400, max-age=60 | 2h | by itself
2h | 200 Cache-Control: x="max-age=86400" | 2h | by itself
2h | 200 Cache-Control: no-cache="a, max-age=86400" | 2h | by itself
2h | 200 Cache-Control: xmax-age=86400 | 2h | by itself
2h | 200 Cache-Control: max-age=10800, max-age=86400 | 3h | max-age 10800
2h | 200 Cache-Control: max-age=always | 2h | by itself
2h | 200 Cache-Control: max-age= | 2h | by itself
2h | 200 Cache-Control: max-age | 2h | by itself
2h | 200 Cache-Control: max-age=-1 | 2h | by itself
2h | 200 Cache-Control: max-age=-86400 | 2h | by itself
2h | 200 Cache-Control: max-age=10800.5 | 2h | by itself
2h | 200 Cache-Control: max-age='10800' | 2h | by itself
2h | 200 Cache-Control: max-age=10800a | 2h | by itself
2h | 200 Cache-Control: max-age=a10800 | 2h | by itself
2h | 200 Cache-Control: max-age=1e5 | 2h | by itself
2h | 200 Cache-Control: max-age=٣٦٠٠٠ | 2h | by itself
2h | 200 Cache-Control: | 2h | by itself
2h | 200 Cache-Control: ,,,; | 2h | by itself
2h | 200 Cache-Control: max-age=316800 | 88h | max-age 316800 raised 2 h to 3 d 16 h
2h | 200 Cache-Control: max-age=604800 | 7d | the most that is granted
2h | 200 Cache-Control: max-age=604801 | 7d | the most that is granted
2h | 200 Cache-Control: max-age=31536000 | 7d | the most that is granted
2h | 200 Cache-Control: max-age=2147483648 | 7d | the most that is granted
2h | 200 Cache-Control: max-age=999999999999 | 7d | the most that is granted
2h | 200 Cache-Control: max-age=9999999999999 | 2h | by itself
2h | 200 Pragma: no-cache; Cache-Control: max-age=10800 | 3h | max-age 10800
2h | 200 Surrogate-Control: max-age=86400 | 2h | by itself
2h | 200 CDN-Cache-Control: max-age=86400 | 2h | by itself
"""

AGE_AND_EXPIRES = """
2h | 200 Cache-Control: max-age=14400; Age: 0 | 4h | max-age 14400
2h | 200 Cache-Control: max-age=14400; Age: 3600 | 3h | max-age 14400 less Age 3600 raised 2 h to 3 h
2h | 200 Cache-Control: max-age=14400; Age: 14400 | 2h | by itself
2h | 200 Cache-Control: max-age=14400; Age: 99999 | 2h | by itself
2h | 200 Cache-Control: max-age=14400; Age: -5 | 4h | max-age 14400
2h | 200 Cache-Control: max-age=14400; Age: old | 4h | max-age 14400
2h | 200 Cache-Control: max-age=14400; Age: 3600.9 | 4h | max-age 14400
2h | 200 Cache-Control: max-age=14400; Age: 3600, 0 | 3h | less Age 3600
2h | 200 Cache-Control: max-age=14400; Age: 2147483648 | 2h | by itself
2h | 200 Cache-Control: max-age=1209600; Age: 604800 | 7d | the most that is granted
2h | 200 Date: Mon, 23 Nov 2026 12:00:00 GMT; Expires: Mon, 23 Nov 2026 15:00:00 GMT | 3h | Expires raised 2 h to 3 h
2h | 200 Date: Mon, 23 Nov 2026 13:00:00 GMT; Expires: Mon, 23 Nov 2026 16:00:00 GMT | 3h | Expires
2h | 200 Date: Sun, 04 Jan 1970 12:00:00 GMT; Expires: Sun, 04 Jan 1970 15:00:00 GMT | 3h | Expires
2h | 200 Date: Fri, 04 Jan 2041 12:00:00 GMT; Expires: Fri, 04 Jan 2041 15:00:00 GMT | 3h | Expires
2h | 200 Date: Mon, 23 Nov 2026 12:00:00 GMT; Expires: Mon, 23 Nov 2026 16:00:00 GMT; Age: 3600 | 3h | less Age 3600
2h | 200 Date: Mon, 23 Nov 2026 12:00:00 GMT; Expires: Mon, 23 Nov 2026 16:00:00 GMT; Age: 90000 | 2h | by itself
2h | 200 Expires: Mon, 23 Nov 2026 15:00:00 GMT | 3h | Expires
2h | 200 Date: junk; Expires: Mon, 23 Nov 2026 15:00:00 GMT | 3h | Expires
2h | 200 Expires: mon, 23 nov 2026 15:00:00 gmt | 3h | Expires
2h | 200 Expires: Monday, 23-Nov-26 15:00:00 GMT | 3h | Expires
2h | 200 Expires: Mon Nov 23 15:00:00 2026 | 3h | Expires
2h | 200 Expires: Mon, 23 Nov 2026 12:00:00 GMT | 2h | by itself
2h | 200 Expires: Thu, 01 Jan 1970 00:00:00 GMT | 2h | by itself
2h | 200 Expires: Tue, 31 Dec 2041 23:59:59 GMT | 7d | the most that is granted
2h | 200 Expires: Fri, 31 Dec 9999 23:59:59 GMT | 7d | the most that is granted
2h | 200 Expires: Mon, 23 Nov 10000 15:00:00 GMT | 2h | by itself
2h | 200 Expires: 0 | 2h | by itself
2h | 200 Expires: -1 | 2h | by itself
2h | 200 Expires: never | 2h | by itself
2h | 200 Expires: Mon 23 Nov 2026 15:00:00 GMT | 2h | by itself
2h | 200 Expires: Mon, 23-Nov-2026 15:00:00 GMT | 2h | by itself
2h | 200 Expires: Mon, 23 Nov 2026 15.00.00 GMT | 2h | by itself
2h | 200 Expires: Mon, 23 Nov 2026 25:00:00 GMT | 2h | by itself
2h | 200 Expires: Mon, 31 Feb 2027 15:00:00 GMT | 2h | by itself
2h | 200 Expires: 10800 | 2h | by itself
2h | 200 Cache-Control: max-age=10800; Expires: Tue, 24 Nov 2026 12:00:00 GMT | 3h | max-age 10800
2h | 200 Cache-Control: max-age=0; Expires: Tue, 24 Nov 2026 12:00:00 GMT | 2h | by itself
2h | 200 Cache-Control: max-age=junk; Expires: Mon, 23 Nov 2026 15:00:00 GMT | 3h | Expires
2h | 200 Cache-Control: no-cache; Expires: Mon, 23 Nov 2026 15:00:00 GMT | 3h | Expires
2h | 304 Cache-Control: max-age=10800 | 3h | max-age 10800
2h | 304 Expires: Mon, 23 Nov 2026 15:00:00 GMT | 3h | Expires
2h | 304 remembered=10800 | 3h | max-age 10800 of the last document
2h | 304 remembered=10800 Cache-Control: no-cache | 2h | by itself
2h | 304 remembered=10800 Cache-Control: max-age=14400 | 4h | max-age 14400
2h | 200 remembered=10800 | 2h | by itself
"""

FLOORS = """
20m | 200 | 1h | raised to the floor of 1 h
20m | 200 Cache-Control: max-age=0 | 1h | raised to the floor of 1 h
20m | 200 Cache-Control: max-age=1 | 20m | by itself
10m | 200 Cache-Control: max-age=1 | 15m | the floor that max-age 1 allows of 15 min
10m | 200 Cache-Control: max-age=1200 | 20m | the floor that max-age 1200 allows of 20 min
20m | 200 Cache-Control: max-age=1800 | 30m | the floor that max-age 1800 allows of 30 min
20m | 200 Cache-Control: max-age=1800; Age: 1700 | 30m | allows of 30 min
45m | 200 Cache-Control: max-age=1800 | 45m | by itself
20m | 200 Cache-Control: max-age=3600 | 1h | the floor of 1 h
20m | 200 Expires: Mon, 23 Nov 2026 12:10:00 GMT | 1h | the floor of 1 h
20m | 200 ttl=15 | 20m | by itself
10m | 200 ttl=5 | 15m | the floor that ttl 5 allows of 15 min
10m | 200 ttl=30 | 30m | the floor that ttl 30 allows of 30 min
10m | 200 ttl=30 Cache-Control: max-age=1200 | 30m | ttl 30
10m | 200 ttl=20 Cache-Control: max-age=1800 | 30m | max-age 1800
10m | 200 ttl=20 Cache-Control: max-age=7200 | 2h | max-age 7200 raised 1 h to 2 h
10m | 200 sy=hourly/60 | 1h | the floor of 1 h
10m | 304 remembered=900 | 15m | allows of 15 min
15m..1d 20m | 200 | 20m | by itself
15m..1d 20m | 200 Cache-Control: max-age=3600 | 1h | max-age 3600 raised 20 min to 1 h
1h..1d 20m | 200 Cache-Control: max-age=900 | 1h | the floor of 1 h
6h..1d 2h | 200 Cache-Control: max-age=900 | 6h | the floor of 6 h
5m..1h 2m | 200 | 5m | the floor of 5 min
every 30m | 200 | 30m | as configured
every 30m | 200 Cache-Control: max-age=60 | 30m | as configured
every 30m | 200 Cache-Control: max-age=7200 | 2h | max-age 7200 raised 30 min to 2 h
every 12h | 200 ttl=5 | 12h | as configured
every 30d | 200 ttl=60 | 30d | as configured
9d | 200 | 1d | the longest
2h | 200 heavy | 6h | large documents without validators
2h | 200 heavy ETag: "a" | 2h | by itself
8h | 200 heavy | 8h | in 2 days: 8 h
every 1h | 200 heavy | 1h | as configured
"""

DOCUMENT_HINTS = """
2h | 200 ttl=60 | 2h | by itself
2h | 200 ttl=180 | 3h | ttl 180 raised 2 h to 3 h
2h | 200 ttl=0 | 2h | by itself
2h | 200 ttl=-60 | 2h | by itself
2h | 200 ttl=5280 | 88h | ttl 5280
2h | 200 ttl=999999999 | 7d | the most that is granted
2h | 200 ttl=180 Cache-Control: max-age=14400 | 4h | max-age 14400
2h | 200 ttl=240 Cache-Control: max-age=10800 | 4h | ttl 240
2h | 200 sy=hourly | 2h | by itself
2h | 200 sy=hourly/2 | 2h | by itself
2h | 200 sy=daily | 1d | sy:updatePeriod daily raised 2 h to 1 d
2h | 200 sy=Daily | 1d | sy:updatePeriod daily
2h | 200 sy=daily/4 | 6h | sy:updatePeriod daily 4 times
2h | 200 sy=weekly/7 | 1d | weekly 7 times
2h | 200 sy=weekly | 7d | the most that is granted
2h | 200 sy=monthly | 7d | the most that is granted
2h | 200 sy=yearly | 7d | the most that is granted
2h | 200 sy=yearly/365 | 1d | yearly 365 times
2h | 200 sy=dayly | 2h | by itself
2h | 200 sy=always | 2h | by itself
2h | 200 sy=daily/0 | 1d | sy:updatePeriod daily
2h | 200 sy=daily/0.1 | 1d | sy:updatePeriod daily
2h | 200 sy=daily/-3 | 1d | sy:updatePeriod daily
2h | 200 sy=daily/many | 1d | sy:updatePeriod daily
2h | 200 sy=hourly/30 | 2h | by itself
2h | 200 sy=hourly/999999999999 | 2h | by itself
2h | 200 sy=daily//2000-01-01T18:00+00:00 | 6h | from sy:updateBase 2000-01-01 18:00
2h | 200 sy=daily//2000-01-01T18:00:00Z | 6h | from sy:updateBase
2h | 200 sy=daily//2000-01-01T20:00+02:00 | 6h | from sy:updateBase
2h | 200 sy=daily//2000-01-01T18:00 | 6h | from sy:updateBase
2h | 200 sy=daily//2041-01-01T18:00+00:00 | 6h | from sy:updateBase
2h | 200 sy=daily/2/2000-01-01T09:00+00:00 | 9h | from sy:updateBase
2h | 200 sy=daily//2000-01-01T13:00+00:00 | 2h | by itself
2h | 200 sy=daily//2000-01-01T12:00+00:00 | 1d | from sy:updateBase
2h | 200 sy=daily//junk | 1d | sy:updatePeriod daily
2h | 200 sy=daily//0001-01-01T00:00+14:00 | 1d | sy:updatePeriod daily
2h | 200 sy=weekly//2026-11-21T12:00+00:00 | 5d | from sy:updateBase
2h | 200 hours=3,4,5 | 2h | by itself
2h | 200 hours=14 | @Mon 15 | skipHours
2h | 200 hours=14,15,16 | @Mon 17 | skipHours
2h | 200 hours=13,14,15,16,17,18,19,20,21,22,23 | @Tue 00 | skipHours
2h | 200 hours=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23 | 2h | by itself
2h | 200 days=monday | @Tue 00 | skipHours/skipDays moved it by
2h | 200 days=tuesday | 2h | by itself
2h | 200 days=monday,tuesday,wednesday | @Thu 00 | skipHours/skipDays
2h | 200 days=monday hours=0,1 | @Tue 02 | skipHours/skipDays
2h | 200 days=monday,tuesday,wednesday,thursday,friday,saturday,sunday | 2h | by itself
2h | 200 days=montag | 2h | by itself
2h | 200 ttl=180 hours=15 | @Mon 16 | ttl 180
every 2h | 200 hours=14 | @Mon 15 | as configured
2h | 500 hours=14 | @Mon 15 | skipHours
"""

REFUSALS = """
2h | 503 Retry-After: 10800 | 3h | Retry-After 3 h
2h | 429 Retry-After: 10800 | 3h | Retry-After 3 h
2h | 429 Retry-After: 60 | 2h | Retry-After 1 min, raised to the interval of 2 h
2h | 503 Retry-After: 1 | 2h | raised to the interval of 2 h
2h | 429 Retry-After:  10800  | 3h | Retry-After 3 h
2h | 429 Retry-After: Mon, 23 Nov 2026 15:00:00 GMT | 3h | Retry-After 3 h
2h | 503 Retry-After: Monday, 23-Nov-26 15:00:00 GMT | 3h | Retry-After 3 h
2h | 429 Retry-After: Mon Nov 23 15:00:00 2026 | 3h | Retry-After 3 h
2h | 429 Retry-After: 316800 | 88h | Retry-After 3 d 16 h
2h | 429 Retry-After: 9999999 | 7d | Retry-After 7 d
2h | 503 Retry-After: 99999999999999999999 | 7d | Retry-After 7 d
2h | 429 Retry-After: Tue, 31 Dec 2041 23:59:59 GMT | 7d | Retry-After 7 d
2h | 429 | 4h | rate_limited, 1 in a row
2h | 429 errors=1 | 8h | rate_limited, 2 in a row
2h | 429 errors=2 | 16h | rate_limited, 3 in a row
2h | 429 errors=30 | 7d | rate_limited
2h | 429 Retry-After: 0 | 4h | rate_limited
2h | 429 Retry-After: -60 | 4h | rate_limited
2h | 429 Retry-After: soon | 4h | rate_limited
2h | 429 Retry-After: 1.5 | 4h | rate_limited
2h | 429 Retry-After: Thu, 01 Jan 1970 00:00:00 GMT | 4h | rate_limited
2h | 429 Retry-After: Mon, 23 Nov 2026 12:00:00 GMT | 4h | rate_limited
2h | 429 Retry-After: 2026-11-23T15:00:00Z | 4h | rate_limited
2h | 503 | 2h | http_5xx, 1 in a row: 15 min, raised to the interval of 2 h
2h | 503 errors=5 | 8h | http_5xx, 6 in a row
2h | 503 errors=20 | 1d | http_5xx
2h | 500 Retry-After: 86400 | 2h | http_5xx
2h | 502 | 2h | http_5xx
2h | 404 | 2h | http_4xx
2h | 404 errors=4 | 4h | http_4xx, 5 in a row: 4 h
2h | 404 errors=99 | 1d | http_4xx
2h | 404 errors=99 silent=29d | 1d | http_4xx
2h | 404 errors=99 silent=31d | 1d | http_4xx
2h | 404 errors=2 silent=31d | 1d | no document for 31 d: one probe every 1 d
2h | 404 errors=99 silent=91d | 7d | no document for 91 d: one probe every 7 d
2h | 404 errors=9999 silent=3650d | 7d | one probe every 7 d
2h | 400 | 2h | http_4xx
2h | 401 | 2h | http_4xx
2h | 401 errors=6 | 16h | http_4xx
2h | 403 | 4h | http_4xx, 1 in a row: 4 h
2h | 403 errors=1 | 8h | http_4xx
2h | 403 errors=9 | 1d | http_4xx
2h | 403 Retry-After: 86400 | 4h | http_4xx
2h | 418 Retry-After: 86400 | 2h | http_4xx
2h | 410 | 30d | gone: one probe after 30 d
2h | 410 gone=30d | never | 410 again on the late probe
2h | 410 gone=1d | 30d | gone: one probe
2h | 404 gone=30d | 7d | gone, and no answer to the probe
2h | 503 gone=30d Retry-After: 86400 | 1d | Retry-After 1 d
every 30m | 404 | 30m | raised to the interval of 30 min
every 5m | 500 | 15m | http_5xx, 1 in a row: 15 min
every 5m | 429 Retry-After: 60 | 5m | raised to the interval of 5 min
"""

TABLE = tuple(
    line.strip()
    for block in (FRESHNESS, AGE_AND_EXPIRES, FLOORS, DOCUMENT_HINTS, REFUSALS)
    for line in block.strip().splitlines()
)
