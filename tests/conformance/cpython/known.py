"""The cases of the first tier that pass natively and not on the machine, each explained in docs/fidelity.md."""

C_LEVEL = "C code that looks behind Python objects"
FRAMES = "Frames that C code reads"
RECURSION = "Recursion"
INTERRUPTS = "Interrupts"

KNOWN = {
    "test.test_call.TestPEP590.test_setvectorcall": C_LEVEL,
    "test.test_coroutines.CoroutineTest.test_for_2": C_LEVEL,
    "test.test_descr.ClassPropertiesAndMethods.test_slots": C_LEVEL,
    "test.test_exception_group.DeepRecursionInSplitAndSubgroup.test_deep_split": RECURSION,
    "test.test_exception_group.DeepRecursionInSplitAndSubgroup.test_deep_subgroup": RECURSION,
    "test.test_exceptions.ExceptionTests.testSettingException": FRAMES,
    "test.test_exceptions.NameErrorTests.test_name_error_suggestions": FRAMES,
    "test.test_iter.TestCase.test_reduce_mutating_builtins_iter": C_LEVEL,
    "test.test_with.InterruptDuringEnter.test_exit_called_after_interrupt": INTERRUPTS,
}
"""The section of docs/fidelity.md that tells why, by case."""
