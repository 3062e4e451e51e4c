"""The Python half of the sandbox: module `_peer` of both interpreters. It compiles a program for the host to run, puts
an error into words and holds the boundary (boundary.py). Whether a program ran to its end is not said here but by
CPython's own return value, which the host reads: nothing that a program can do to this module makes it pass.

`seal` removes the ways to the host: Pyodide's bridge to JavaScript, ctypes, and gc, which would find either.
"""

# The parts use these, or programs find them loaded in the recorded memory.
# ruff: noqa: F401
import _imp, ast, builtins, dis, gc, json, os, posix, sys, types, warnings
import array, asyncio, bisect, cmath, collections, contextlib, copy, dataclasses, datetime, decimal, enum, fractions
import functools, hashlib, heapq, io, itertools, math, numbers, operator, queue, random, re, statistics
import string, struct, textwrap, time, traceback, typing, unicodedata

FORBIDDEN = frozenset((
    "js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "_peer", "gc", "ctypes", "_ctypes",
    "_testcapi", "_testclinic", "_testclinic_limited", "_testinternalcapi", "_testlimitedcapi", "_testbuffer",
    "_xxtestfuzz", "xxsubtype", "_remote_debugging", "_tracemalloc", "_lsprof", "faulthandler",
))
