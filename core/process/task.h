// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

// QCoro 0.8 lets a call throw its task away without a word, and the task's exception with it. This
// has the compiler warn, where QCoro's own headers come later; to mean it, say spawn().
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wattributes"
namespace QCoro {

template <typename T>
class [[nodiscard]] Task;

} // namespace QCoro
#pragma GCC diagnostic pop

#include <QCoroTask>
