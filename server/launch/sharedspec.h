// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/processspec.h>

#include <memory>

namespace semper {

/// One description for all instances of a process: it is some hundred bytes, and there may be
/// thousands of them. Never null.
using SharedSpec = std::shared_ptr<const ProcessSpec>;

} // namespace semper
