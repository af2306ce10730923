// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// The kernel's own interface: a system call, and where the program begins. With
/// SEMPER_LAUNCH_FREESTANDING no C library is linked, which makes the program start in a tenth of
/// the time. Source: syscall(2), the System V ABI's process initialization (x86-64, AArch64).

#ifndef SEMPER_LAUNCH_FREESTANDING
#include <cerrno>

#include <unistd.h>
#endif

namespace semper {

/// What the kernel returns: an errno as a negative number where it failed.
inline long systemCall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0)
{
#ifndef SEMPER_LAUNCH_FREESTANDING
    const long result = ::syscall(number, a, b, c, d, e);
    return result == -1 ? -errno : result;
#elif defined(__x86_64__)
    long result = 0;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                 : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory", "cc");
    return x0;
#else
#error "SEMPER_LAUNCH_FREESTANDING is for x86-64 and AArch64"
#endif
}

template <class Pointer>
long asArgument(Pointer *pointer)
{
    return reinterpret_cast<long>(pointer);
}

/// The program.
[[noreturn]] void launch(int count, char **words, char **environment);

} // namespace semper

#ifndef SEMPER_LAUNCH_FREESTANDING
int main(int count, char **words, char **environment)
{
    semper::launch(count, words, environment);
}
#else
/// Called with the initial stack: the count of arguments, the arguments, a null pointer, the
/// environment, a null pointer.
extern "C" [[noreturn, gnu::used]] void semperLaunchBegin(long *stack)
{
    auto **words = reinterpret_cast<char **>(stack + 1);
    semper::launch(int(stack[0]), words, words + stack[0] + 1);
}
#ifdef __x86_64__
asm(".globl _start\n"
    ".type _start, @function\n"
    "_start:\n"
    "    xorl %ebp, %ebp\n"
    "    movq %rsp, %rdi\n"
    "    andq $-16, %rsp\n"
    "    call semperLaunchBegin\n"
    "    hlt\n");
#else
asm(".globl _start\n"
    ".type _start, %function\n"
    "_start:\n"
    "    mov x29, #0\n"
    "    mov x30, #0\n"
    "    mov x0, sp\n"
    "    bl semperLaunchBegin\n"
    "    brk #0\n");
#endif
#endif
