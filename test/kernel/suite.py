"""Jupyter's own tests of a kernel, https://pypi.org/project/jupyter-kernel-test, with samples in TypeScript."""
import unittest

import jupyter_kernel_test

# A busy machine is no fault of the kernel's.
jupyter_kernel_test.TIMEOUT = 600


class CnnKitKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "cnn-kit"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    completion_samples = [
        {"text": "Number.isSafeInt", "matches": {"isSafeInteger"}},
        {"text": "process.platfo", "matches": {"platform"}},
    ]
    complete_code_samples = ["1", "console.log('hello')", "function f(x: number) {\n  return x * 2;\n}\n\n\n", "const x = [1,\n2]"]
    incomplete_code_samples = ["function f(x: number) {", "const x = [1,", "if (true) {", "f("]
    invalid_code_samples = ["import = 7q", "const 3 = 4;", "let x = ;"]
    code_page_something = "console.log?"
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "[1, 2, 3].map(n => n * n)", "result": "[ 1, 4, 9 ]"},
        {"code": "'a'.repeat(3)", "result": "'aaa'"},
        {"code": "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>1</b>' }) })", "mime": "text/html"},
    ]
    code_display_data = [
        {"code": "import { display } from 'cnn-kit'; display({ 'text/html': '<b>test</b>' })", "mime": "text/html"},
        {"code": "display({ 'application/json': { a: 1 } })", "mime": "application/json"},
    ]
    code_history_pattern = "1 ? 2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "parseInt"
    code_clear_output = "import { display as d } from 'cnn-kit'; d.clear()"


if __name__ == "__main__":
    unittest.main(verbosity=2)
