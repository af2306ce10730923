// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>
#include <semper/service.h>

#include <QCommandLineOption>
#include <QList>
#include <QMap>
#include <QString>

#include <concepts>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace semper {

/// What a program adds to the command line of a server, beside --config, --socket,
/// --state-directory, --check, --help and --version.
struct ProgramInfo
{
    QString version = {}; ///< what --version tells; empty: that of Semper
    QList<QCommandLineOption> options = {}; ///< each known by the first of its names
};

/// What a program says about its server: the services, and through them the user processes.
/// Used within the function that is handed to exec(); what it describes starts afterwards.
class SEMPER_SERVER_EXPORT ServerApplication
{
public:
    ServerApplication();
    ~ServerApplication();
    Q_DISABLE_COPY_MOVE(ServerApplication)

    /// Adds a service under a name that is unique in the server and matches
    /// [a-z0-9][a-z0-9_.-]{0,63}. The reference stays valid for as long as the server runs. A
    /// second service of the same name replaces the first.
    template <std::derived_from<Service> S>
    S &addService(QAnyStringView name, const typename S::Options &options = {})
    {
        auto service = std::make_unique<S>(name, options);
        S &reference = *service;
        add(std::move(service));
        return reference;
    }

    /// The server's name where no configuration gives one. Default: this host's name.
    void setNode(QAnyStringView node) { m_node = node.toString(); }
    [[nodiscard]] QString node() const { return m_node; }
    /// "host:port" of the HTTP control API where no configuration gives it. Default:
    /// 127.0.0.1:18305.
    void setControlAddress(QAnyStringView address) { m_controlAddress = address.toString(); }
    [[nodiscard]] QString controlAddress() const { return m_controlAddress; }

    /// Whether the program's own option \a name was given.
    [[nodiscard]] bool isSet(QAnyStringView name) const
    {
        return m_options.contains(name.toString());
    }
    /// Its value, or else its default.
    [[nodiscard]] QString value(QAnyStringView name) const
    {
        const QString key = name.toString();
        return m_options.value(key, m_defaults.value(key));
    }

    [[nodiscard]] const std::vector<std::unique_ptr<Service>> &services() const
    {
        return m_services;
    }
    /// Null when there is none.
    [[nodiscard]] Service *service(QAnyStringView name) const;

    /// As addService().
    void add(std::unique_ptr<Service> service);
    /// Out of the list; null when there is none.
    [[nodiscard]] std::unique_ptr<Service> take(QAnyStringView name);
    /// Those that were given, and the defaults of all, by name; for the server.
    void setOptions(const QMap<QString, QString> &given, const QMap<QString, QString> &defaults)
    {
        m_options = given;
        m_defaults = defaults;
    }
    /// Destroys all services.
    void clear() { m_services.clear(); }

private:
    QString m_node;
    QString m_controlAddress;
    QMap<QString, QString> m_options;
    QMap<QString, QString> m_defaults;
    std::vector<std::unique_ptr<Service>> m_services;
};

/// A whole server as a main(): parses the command line (--config FILE, --socket PATH,
/// --state-directory DIR, --check, and those of \a info), starts the guardian, asks \a setUp what
/// there is, lays a configuration over it by name, and runs until SIGTERM or SIGINT, or until a
/// handler calls QCoreApplication::quit() or exit(), which stop everything likewise. Call it first,
/// before any QCoreApplication or thread. Returns the program's exit status: 0 after a clean stop,
/// or what exit() was given, 1 when it could not start, 2 for a wrong command line.
///
/// What stands before exec() in main() also runs where the program was launched again as one of its
/// own user processes; exec() then runs that process and ends the program. What only the server is
/// to do stands in \a setUp, or behind exec(), which returns in the server alone. Where \a setUp
/// throws, nothing is started.
///
/// Services, and all handlers, run in the thread that calls it, which has a QCoreApplication then.
/// Supervision runs on a thread of its own: a handler that blocks holds up no restart.
[[nodiscard]] SEMPER_SERVER_EXPORT int exec(int argc, char **argv,
    const std::function<void(ServerApplication &)> &setUp, const ProgramInfo &info = {});

} // namespace semper
