// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "contender.h"

#include <memory>

namespace semper::bench {

[[nodiscard]] std::unique_ptr<Contender> bareLoop(const Surroundings &surroundings);
[[nodiscard]] std::unique_ptr<Contender> semperServer(const Surroundings &surroundings);
[[nodiscard]] std::unique_ptr<Contender> semperClass(const Surroundings &surroundings);
[[nodiscard]] std::unique_ptr<Contender> semperStandby(const Surroundings &surroundings);
[[nodiscard]] std::unique_ptr<Contender> supervisord();
[[nodiscard]] std::unique_ptr<Contender> runit();
[[nodiscard]] std::unique_ptr<Contender> s6();
[[nodiscard]] std::unique_ptr<Contender> pm2(const Surroundings &surroundings);

} // namespace semper::bench
