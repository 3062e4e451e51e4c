/**
 * The one thing that the benchmarks' tests want of NumPy,
 * which the sandbox does not have: numbers close by tolerance.
 */

/**
 * Python `close(out, expected, rtol, atol)`: numpy.allclose
 * for numbers and equally shaped lists or tuples of them.
 */
export const closeSource = String.raw`
def shape(value):
    if not isinstance(value, (list, tuple)):
        return ()
    inner = {shape(item) for item in value}
    if len(inner) > 1:
        raise ValueError("an array has rows of one length")
    return (len(value), *(inner.pop() if inner else ()))

def flat(value):
    if not isinstance(value, (list, tuple)):
        return [value]
    return [number for item in value for number in flat(item)]

def near(out, expected, rtol, atol):
    if not all(isinstance(value, (int, float, complex)) for value in (out, expected)):
        raise TypeError("only numbers can be close")
    bound = abs(expected)
    return out == expected or bound < float("inf") and abs(out - expected) <= atol + rtol * bound

def close(out, expected, rtol, atol):
    if shape(out) != shape(expected):
        return False
    return all(near(o, e, rtol, atol) for o, e in zip(flat(out), flat(expected)))
`;

/**
 * Python that puts a module "numpy" with that comparison in place;
 * where it stands in front of a test, the test's import finds it.
 */
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
