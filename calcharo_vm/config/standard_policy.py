"""What the standard policy allows: reviewed names, and nothing that leads from them to the system.

A name belongs here if whatever a program does with it stays among the program's own objects and other names listed
here: it opens no file, starts no process, evaluates no text, and sets no attribute of objects that are not the
program's. `calcharo_vm/policy/replacements.py` has versions of ours for those that are ordinary and do otherwise.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ATTRIBUTES", "BUILTINS", "IMPORTS", "SPECIAL_NAMES"]

BUILTINS: Final = frozenset(
    """
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError
    BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
    ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception ExceptionGroup
    False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError
    ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError
    MemoryError ModuleNotFoundError NameError None NotADirectoryError NotImplemented NotImplementedError OSError
    OverflowError PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError
    ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError
    SyntaxWarning SystemError SystemExit TabError TimeoutError True TypeError UnboundLocalError UnicodeDecodeError
    UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning
    ZeroDivisionError
    __build_class__ __debug__ __doc__ __import__ __name__
    abs aiter all anext any ascii bin bool bytearray bytes callable chr classmethod complex delattr dict dir divmod
    enumerate exit filter float format frozendict frozenset getattr globals hasattr hash hex id input int isinstance
    issubclass iter len list locals map max memoryview min next object oct ord pow print property quit range repr
    reversed round sentinel set setattr slice sorted staticmethod str sum super tuple type vars zip
    """.split()
)

SPECIAL_NAMES: Final = frozenset(
    """
    __abs__ __abstractmethods__ __add__ __aenter__ __aexit__ __aiter__ __and__ __anext__ __annotate__ __annotations__ __args__
    __await__ __base__ __bases__ __bool__ __bound__ __bytes__ __call__ __cause__ __ceil__ __class__ __class_getitem__
    __complex__ __concat__ __constraints__ __contains__ __context__ __copy__ __dataclass_fields__ __deepcopy__
    __default__ __del__ __delattr__ __delete__ __delitem__ __dict__ __dir__ __divmod__ __doc__ __enter__ __eq__
    __exit__ __file__ __float__ __floor__ __floordiv__ __format__ __func__ __ge__ __getattribute__ __getitem__ __gt__
    __hash__ __iadd__ __iand__ __idivmod__ __ifloordiv__ __ilshift__ __imatmul__ __imod__ __imul__ __index__ __init__
    __init_subclass__ __instancecheck__ __int__ __invert__ __ior__ __ipow__ __irshift__ __isabstractmethod__ __isub__
    __iter__ __itruediv__ __ixor__ __le__ __len__ __length_hint__ __lshift__ __lt__ __match_args__ __matmul__
    __members__ __metadata__ __missing__ __mod__ __module__ __mro__ __mro_entries__ __mul__ __name__ __ne__ __neg__
    __new__ __next__ __notes__ __or__ __orig_bases__ __origin__ __parameters__ __pos__ __pow__ __prepare__
    __qualname__ __radd__ __rand__ __rdivmod__ __replace__ __repr__ __reversed__ __rfloordiv__ __rlshift__
    __rmatmul__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__
    __self__ __set__ __setattr__ __setitem__ __sizeof__ __str__ __sub__ __subclasscheck__ __subclasshook__
    __supertype__ __suppress_context__ __traceback__ __truediv__ __trunc__ __type_params__ __value__ __version__
    __wrapped__ __xor__
    _asdict _field_defaults _fields _generate_next_value_ _ignore_ _make _missing_ _name_ _order_ _replace _value_
    """.split()
)

_FUNCTION: Final = "__annotate__ __annotations__ __call__ __class__ __defaults__ __dict__ __doc__ __eq__ __get__ __hash__ __kwdefaults__ __module__ __name__ __qualname__ __repr__ __str__ __type_params__ __wrapped__"
_STREAM: Final = "__class__ __enter__ __exit__ __iter__ __next__ buffer close closed encoding errors fileno flush isatty line_buffering mode name newlines read readable readline readlines seekable writable write writelines"
_PLAIN: Final = "__class__ __doc__ __eq__ __hash__ __init__ __name__ __ne__ __qualname__ __repr__ __str__"

_ERROR: Final = f"{_PLAIN} __cause__ __context__ __module__ __new__ __notes__ __suppress_context__ __traceback__ add_note args with_traceback"

_ATTRIBUTES: Final[dict[str, str]] = {
    # `obj` of an AttributeError hands over the object that library code was at work on.
    "builtins.AttributeError": f"{_ERROR} name",
    "builtins.cell": "",
    "builtins.classmethod": f"{_PLAIN} __annotations__ __func__ __get__ __isabstractmethod__ __module__ __new__ __wrapped__",
    "builtins.function": _FUNCTION,
    "builtins.getset_descriptor": _PLAIN,
    "builtins.member_descriptor": f"{_PLAIN} __get__ __objclass__ __set__",
    "builtins.method": f"{_FUNCTION} __func__ __self__",
    "builtins.property": f"{_PLAIN} __delete__ __get__ __isabstractmethod__ __new__ __set__ deleter fdel fget fset getter setter",
    "builtins.staticmethod": f"{_PLAIN} __annotations__ __call__ __func__ __get__ __isabstractmethod__ __module__ __new__ __wrapped__",
    "_io.FileIO": "",
    "asyncio.events.AbstractEventLoop": f"{_PLAIN} call_at call_exception_handler call_later call_soon call_soon_threadsafe close create_future create_task default_exception_handler get_debug is_closed is_running run_forever run_in_executor run_until_complete set_debug set_exception_handler shutdown_asyncgens shutdown_default_executor stop time",
    "inspect.Signature": f"{_PLAIN} bind bind_partial empty format parameters replace return_annotation",
    "calcharo_vm.errors.PolicyViolation": f"{_ERROR} name what",
    "calcharo_vm.program.guest_process._RoutedStream": _STREAM,
    "calcharo_vm.recording.output.TeeBuffer": "flush writable write writelines",
}
ATTRIBUTES: Final[dict[str, frozenset[str]]] = {kind: frozenset(names.split()) for kind, names in _ATTRIBUTES.items()}

_IMPORTS: Final[dict[str, str]] = {
    "__future__": "absolute_import annotations barry_as_FLUFL division generator_stop generators nested_scopes print_function unicode_literals with_statement",
    "abc": "ABC ABCMeta abstractclassmethod abstractmethod abstractproperty abstractstaticmethod get_cache_token",
    "array": "ArrayType array typecodes",
    "asyncio": """
        ALL_COMPLETED Barrier BoundedSemaphore BrokenBarrierError CancelledError Condition Event FIRST_COMPLETED
        FIRST_EXCEPTION Future InvalidStateError LifoQueue Lock PriorityQueue Queue QueueEmpty QueueFull QueueShutDown
        Runner Semaphore Task TaskGroup Timeout TimeoutError all_tasks as_completed create_task current_task
        ensure_future gather get_event_loop get_running_loop iscoroutine iscoroutinefunction isfuture new_event_loop run
        run_coroutine_threadsafe set_event_loop shield sleep timeout timeout_at to_thread wait wait_for wrap_future
    """,
    "base64": "a85decode a85encode b16decode b16encode b32decode b32encode b64decode b64encode b85decode b85encode decodebytes encodebytes standard_b64decode standard_b64encode urlsafe_b64decode urlsafe_b64encode",
    "binascii": "Error a2b_base64 a2b_hex b2a_base64 b2a_hex crc32 hexlify unhexlify",
    "bisect": "bisect bisect_left bisect_right insort insort_left insort_right",
    "calendar": "Calendar FRIDAY HTMLCalendar MONDAY SATURDAY SUNDAY THURSDAY TUESDAY TextCalendar WEDNESDAY calendar day_abbr day_name isleap leapdays month month_abbr month_name monthcalendar monthrange setfirstweekday timegm weekday",
    "cmath": "acos acosh asin asinh atan atanh cos cosh e exp inf infj isclose isfinite isinf isnan log log10 nan nanj phase pi polar rect sin sinh sqrt tan tanh tau",
    "collections": "ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque namedtuple",
    "collections.abc": """
        AsyncGenerator AsyncIterable AsyncIterator Awaitable Buffer ByteString Callable Collection Container Coroutine
        Generator Hashable ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping MutableSequence
        MutableSet Reversible Sequence Set Sized ValuesView
    """,
    "colorsys": "hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb",
    "contextlib": """
        AbstractAsyncContextManager AbstractContextManager AsyncContextDecorator AsyncExitStack ContextDecorator
        ExitStack aclosing asynccontextmanager closing contextmanager nullcontext redirect_stderr redirect_stdout
        suppress
    """,
    "contextvars": "Context ContextVar Token copy_context",
    "copy": "Error copy deepcopy error replace",
    "dataclasses": "FrozenInstanceError InitVar KW_ONLY MISSING Field asdict astuple dataclass field fields is_dataclass make_dataclass replace",
    "datetime": "MAXYEAR MINYEAR UTC date datetime time timedelta timezone tzinfo",
    "decimal": """
        BasicContext Clamped Context ConversionSyntax Decimal DecimalException DecimalTuple DefaultContext
        DivisionByZero DivisionImpossible DivisionUndefined ExtendedContext FloatOperation Inexact InvalidContext
        InvalidOperation MAX_EMAX MAX_PREC MIN_EMIN MIN_ETINY Overflow ROUND_05UP ROUND_CEILING ROUND_DOWN ROUND_FLOOR
        ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP Rounded Subnormal Underflow getcontext localcontext
        setcontext
    """,
    "difflib": "Differ HtmlDiff SequenceMatcher context_diff get_close_matches ndiff restore unified_diff",
    "enum": """
        CONFORM CONTINUOUS EJECT Enum EnumCheck EnumMeta EnumType Flag FlagBoundary IntEnum IntFlag KEEP NAMED_FLAGS
        ReprEnum STRICT StrEnum UNIQUE auto member nonmember property unique verify
    """,
    "fractions": "Fraction",
    "functools": """
        Placeholder WRAPPER_ASSIGNMENTS WRAPPER_UPDATES cache cached_property cmp_to_key lru_cache partial
        partialmethod reduce singledispatch singledispatchmethod total_ordering update_wrapper wraps
    """,
    "gc": "collect disable enable isenabled",
    "graphlib": "CycleError TopologicalSorter",
    "hashlib": "algorithms_guaranteed blake2b blake2s md5 sha1 sha224 sha256 sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512",
    "heapq": "heapify heapify_max heappop heappop_max heappush heappush_max heappushpop heapreplace merge nlargest nsmallest",
    "html": "escape unescape",
    "inspect": "Parameter cleandoc getdoc isabstract isasyncgen isasyncgenfunction isawaitable isbuiltin isclass iscoroutine iscoroutinefunction isfunction isgenerator isgeneratorfunction ismethod signature",
    "io": "BytesIO IOBase SEEK_CUR SEEK_END SEEK_SET StringIO TextIOBase UnsupportedOperation",
    "itertools": """
        accumulate batched chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse
        groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest
    """,
    "json": "JSONDecodeError JSONDecoder JSONEncoder dump dumps load loads",
    "keyword": "iskeyword issoftkeyword kwlist softkwlist",
    "math": """
        acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2 expm1
        fabs factorial floor fma fmax fmin fmod frexp fsum gamma gcd hypot inf integer isclose isfinite isinf isnan
        isnormal issubnormal isqrt lcm ldexp lgamma log log10 log1p log2 modf nan nextafter perm pi pow prod radians
        remainder signbit sin sinh sqrt sumprod tan tanh tau trunc ulp
    """,
    "numbers": "Complex Integral Number Rational Real",
    "operator": """
        abs add and_ attrgetter call concat contains countOf delitem eq floordiv ge getitem gt iadd iand iconcat
        ifloordiv ilshift imatmul imod imul index indexOf inv invert ior ipow irshift is_ is_none is_not is_not_none isub
        itemgetter itruediv ixor le length_hint lshift lt matmul methodcaller mod mul ne neg not_ or_ pos pow rshift
        setitem sub truediv truth xor
    """,
    "pprint": "PrettyPrinter isreadable isrecursive pformat pp pprint saferepr",
    "queue": "Empty Full LifoQueue PriorityQueue Queue ShutDown SimpleQueue",
    "random": """
        Random SystemRandom betavariate binomialvariate choice choices expovariate gammavariate gauss getrandbits
        getstate lognormvariate normalvariate paretovariate randbytes randint random randrange sample seed setstate
        shuffle triangular uniform vonmisesvariate weibullvariate
    """,
    "re": """
        A ASCII DOTALL I IGNORECASE L LOCALE M MULTILINE Match NOFLAG Pattern PatternError RegexFlag S U UNICODE VERBOSE
        X compile error escape findall finditer fullmatch match prefixmatch purge search split sub subn
    """,
    "reprlib": "Repr recursive_repr repr",
    "secrets": "choice compare_digest randbelow randbits token_bytes token_hex token_urlsafe",
    "statistics": """
        LinearRegression NormalDist StatisticsError correlation covariance fmean geometric_mean harmonic_mean
        linear_regression mean median median_grouped median_high median_low mode multimode pstdev pvariance quantiles
        stdev variance
    """,
    "string": "Formatter Template ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits octdigits printable punctuation whitespace",
    "struct": "Struct calcsize error iter_unpack pack pack_into unpack unpack_from",
    "sys": """
        argv byteorder copyright exc_info exception exit flags float_info float_repr_style getrecursionlimit getrefcount
        getsizeof hash_info hexversion implementation int_info intern maxsize maxunicode platform setrecursionlimit
        stderr stdin stdout version version_info
    """,
    "textwrap": "TextWrapper dedent fill indent shorten wrap",
    "threading": """
        Barrier BoundedSemaphore BrokenBarrierError Condition Event Lock RLock Semaphore Thread Timer active_count
        current_thread get_ident local main_thread
    """,
    "time": """
        gmtime localtime mktime monotonic monotonic_ns perf_counter perf_counter_ns process_time process_time_ns sleep
        strftime strptime struct_time thread_time time time_ns
    """,
    "traceback": "format_exc format_exception format_exception_only print_exc print_exception",
    "types": """
        AsyncGeneratorType BuiltinFunctionType BuiltinMethodType CoroutineType EllipsisType FunctionType GeneratorType
        GenericAlias LambdaType MappingProxyType MethodType NoneType NotImplementedType SimpleNamespace TracebackType
        UnionType coroutine
    """,
    "typing": """
        AbstractSet Annotated Any AnyStr AsyncContextManager AsyncGenerator AsyncIterable AsyncIterator Awaitable
        BinaryIO ByteString Callable ChainMap ClassVar Collection Concatenate Container ContextManager Coroutine Counter
        DefaultDict Deque Dict Final FrozenSet Generator Generic Hashable IO ItemsView Iterable Iterator KeysView List
        Literal LiteralString Mapping MappingView Match MutableMapping MutableSequence MutableSet NamedTuple Never
        NewType NoDefault NoReturn NotRequired Optional OrderedDict ParamSpec ParamSpecArgs ParamSpecKwargs Pattern
        Protocol ReadOnly Required Reversible Self Sequence Set Sized SupportsAbs SupportsBytes SupportsComplex
        SupportsFloat SupportsIndex SupportsInt SupportsRound TYPE_CHECKING Text TextIO Tuple Type TypeAlias
        TypeAliasType TypeGuard TypeIs TypeVar TypeVarTuple TypedDict Union Unpack ValuesView assert_never assert_type
        cast clear_overloads dataclass_transform final get_args get_origin get_overloads is_protocol is_typeddict overload
        override reveal_type runtime_checkable
    """,
    "unicodedata": "bidirectional category combining decimal decomposition digit east_asian_width lookup mirrored name normalize numeric",
    "uuid": "NAMESPACE_DNS NAMESPACE_OID NAMESPACE_URL NAMESPACE_X500 UUID uuid3 uuid4 uuid5",
    "warnings": "catch_warnings filterwarnings resetwarnings simplefilter warn",
    "weakref": "ReferenceType WeakKeyDictionary WeakMethod WeakSet WeakValueDictionary finalize getweakrefcount ref",
    "zlib": "adler32 compress crc32 decompress error",
}
IMPORTS: Final[dict[str, frozenset[str]]] = {module: frozenset(names.split()) for module, names in _IMPORTS.items()}
