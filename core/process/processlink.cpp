// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/processlink.h>

namespace semper {

ProcessLink::~ProcessLink() = default;

} // namespace semper
