// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/configdiff.h"
#include "spec/serverconfig.h"

#include <QStringList>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace semper {

class ServerApplication;
class Service;

/// The listeners of services that a new configuration changes: all are bound before one is used.
/// What was prepared and not committed is closed again. For the services' thread.
class ListenerChanges
{
public:
    /// \a application outlives it. \a introduce is called with each new service before it binds.
    /// \a parent gets the services that are gone, as children, until their last connections end.
    ListenerChanges(
        ServerApplication &application, std::function<void(Service &)> introduce, QObject &parent);
    ~ListenerChanges();
    Q_DISABLE_COPY_MOVE(ListenerChanges)

    /// Binds. Nothing, or the first that could not be bound. Does not block: a name that would
    /// have to be looked up is refused.
    [[nodiscard]] std::optional<ConfigError> prepare(
        const ConfigDifference &difference, const ServerConfig &config);
    /// Takes all into use, after which the old ones end. Services that are new have come to the
    /// application, those that are gone have left it.
    void commit();

private:
    [[nodiscard]] std::optional<ConfigError> add(const ServiceSpec &spec);
    [[nodiscard]] std::optional<ConfigError> change(Service &service, const ServiceSpec &spec);
    [[nodiscard]] std::optional<ConfigError> rebind(Service &service, const ServiceSpec &spec);
    [[nodiscard]] QString holderText(const ListenAddress &address, const Service *asker) const;

    ServerApplication &m_application;
    std::function<void(Service &)> m_introduce;
    QObject &m_parent;
    std::vector<std::unique_ptr<Service>> m_added;
    std::vector<std::function<void()>> m_rebindings; ///< of those that are added, too
    QStringList m_removed;
};

} // namespace semper
