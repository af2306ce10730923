// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/problem.h"

#include <QHttpServerResponse>

namespace semper {

[[nodiscard]] QHttpServerResponse problemResponse(const Problem &problem);

} // namespace semper
