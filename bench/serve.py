"""The peers' side of `npm run bench`: a server on stdin and stdout, one JSON request a line, one JSON answer a line.

Requests: {"work", "size": {...}, ...} -> {"seconds", "cpu_seconds"}; {"work": "rss"} -> {"peak_bytes"}.
"""

import json
import resource
import sys
import time


def serve(greeting, make):
    """make(request without "work") -> an object with a method a kind of work; made once a size and setting."""
    made = {}
    print(json.dumps(greeting), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        work = request.pop("work")
        if work == "rss":
            print(json.dumps({"peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)
            continue
        key = json.dumps(request)
        if key not in made:
            made[key] = make(request)
        method = getattr(made[key], work)
        wall, cpu = time.perf_counter(), time.process_time()
        method()
        answer = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
        print(json.dumps(answer), flush=True)
