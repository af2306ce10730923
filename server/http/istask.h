// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/task.h>

namespace semper::detail {

/// Whether what a handler returns makes it a coroutine.
template <typename T>
inline constexpr bool isTask = false;
template <typename T>
inline constexpr bool isTask<QCoro::Task<T>> = true;

} // namespace semper::detail
