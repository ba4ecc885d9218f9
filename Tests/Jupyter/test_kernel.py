"""The suite of jupyter_kernel_test with every optional sample set."""
import unittest

import jupyter_kernel_test


class MocoTests(jupyter_kernel_test.KernelTests):
    kernel_name = "moco"
    language_name = "moco"
    file_extension = ".moco"

    code_hello_world = 'print("hello, world")'
    code_stderr = "%nothing"
    code_generate_error = "[1][5]"
    code_page_something = "?print"
    code_inspect_sample = "len"
    code_clear_output = "print(1); clear_output(wait: true); print(2)"
    completion_samples = [
        {"text": "prin", "matches": {"print"}},
        {"text": "let = = 3\nprin", "matches": {"print"}},
    ]
    complete_code_samples = ["1 + 1", "let a = [1, 2]", "for i in 1...2 { i }", "?print", ""]
    incomplete_code_samples = ["for i in 1...2 {", "let a = [1,", "func f(x) {"]
    invalid_code_samples = ["let = 3", "1 +* 2", ")"]
    code_execute_result = [
        {"code": "1 + 1", "result": "2"},
        {"code": "[1, 2]", "result": "[1, 2]"},
        {"code": '"é𝐚"', "result": '"é𝐚"'},
    ]
    code_display_data = [
        {"code": "show([1, 2])", "mime": "text/plain"},
        {"code": "show(table([{a: 1}]))", "mime": "text/html"},
        {"code": "show(plot.line([1, 2, 4]))", "mime": "image/svg+xml"},
    ]
    code_history_pattern = "1 ? 1"
    supported_history_operations = ("tail", "range", "search")


class MocoWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "moco"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main()
