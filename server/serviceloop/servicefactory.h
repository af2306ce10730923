// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <memory>

namespace semper {

class Service;
struct ServiceSpec;

/// A service as a configuration describes it, without its processes. Null where this version has
/// none of the type.
[[nodiscard]] std::unique_ptr<Service> makeService(const ServiceSpec &spec);

/// Has \a service, of the same type, be as \a spec says.
void configure(Service &service, const ServiceSpec &spec);

} // namespace semper
