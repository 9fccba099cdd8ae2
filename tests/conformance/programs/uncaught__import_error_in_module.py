import _packages.failing.inner
