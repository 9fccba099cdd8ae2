import unittest, io
class T(unittest.TestCase):
 def test_c(self): self.assertEqual(1, 2)
r = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
print(len(r.failures))
