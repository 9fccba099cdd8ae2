import io
import os
import sys
import unittest
from unittest import mock


class Calculations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print("class set up")

    def setUp(self):
        self.value = 2
        self.addCleanup(print, "clean up")

    def tearDown(self):
        print("tear down", self.id().rpartition(".")[2])

    def test_add(self):
        self.assertEqual(self.value + 1, 3)

    def test_failure(self):
        self.assertEqual([1, self.value], [1, 3], "lists differ here")

    def test_error(self):
        {}["missing"]

    @unittest.skip("not today")
    def test_skipped(self):
        print("never")

    @unittest.expectedFailure
    def test_expected(self):
        self.assertTrue(False)

    def test_sub(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertNotEqual(i, 1)

    def test_raises(self):
        with self.assertRaisesRegex(ValueError, "invalid literal") as caught:
            int("x")
        self.assertIn("x", str(caught.exception))

    @mock.patch("os.getcwd", return_value="/patched")
    def test_mock(self, fake):
        self.assertEqual(os.getcwd(), "/patched")
        fake.assert_called_once_with()


class Async(unittest.IsolatedAsyncioTestCase):
    async def test_async(self):
        import asyncio

        await asyncio.sleep(0)
        self.assertEqual(1, 1)


stream = io.StringIO()
suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in (Calculations, Async))
result = unittest.TextTestRunner(stream=stream, verbosity=2).run(suite)
print(result)
print(len(result.failures), len(result.errors), len(result.skipped), len(result.expectedFailures), result.testsRun)
print(stream.getvalue().replace(__file__, "FILE").rpartition("Ran ")[0])
