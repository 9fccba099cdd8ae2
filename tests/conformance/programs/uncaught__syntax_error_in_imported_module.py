import _packages.shapes
import _packages.syntax_error
