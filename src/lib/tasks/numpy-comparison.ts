/** The one thing that the benchmarks' tests want of NumPy, which the sandbox does not have: numbers close by tolerance. */

/** Python `close(out, expected, rtol, atol)`: numpy.allclose for numbers and equally shaped lists or tuples of them. */
export const closeSource = String.raw`
def close(out, expected, rtol, atol):
    if isinstance(out, (list, tuple)) or isinstance(expected, (list, tuple)):
        if not (isinstance(out, (list, tuple)) and isinstance(expected, (list, tuple)) and len(out) == len(expected)):
            return False
        return all(close(o, e, rtol, atol) for o, e in zip(out, expected))
    if not all(isinstance(value, (int, float, complex)) for value in (out, expected)):
        raise TypeError("only numbers can be close")
    if out == expected:
        return True
    bound = abs(expected)
    return bound < float("inf") and abs(out - expected) <= atol + rtol * bound
`;

/** Python that puts a module "numpy" with that comparison in place; where it stands in front of a test, the test's import finds it. */
export const numpyStandIn = String.raw`
def install_numpy():
    import sys, types
    ${closeSource.trim().replaceAll("\n", "\n    ")}
    module = types.ModuleType("numpy")
    module.ndarray = type("ndarray", (), {})
    module.float32, module.float64 = type("float32", (), {}), type("float64", (), {})
    module.allclose = lambda out, expected, rtol=1e-5, atol=1e-8: close(out, expected, rtol, atol)
    sys.modules.setdefault("numpy", module)
install_numpy()
`;
