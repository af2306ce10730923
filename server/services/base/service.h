// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/connection.h>
#include <semper/listenerspec.h>
#include <semper/processspec.h>
#include <semper/semper_server_export.h>
#include <semper/servicelimits.h>
#include <semper/servicemessages.h>
#include <semper/servicemetrics.h>
#include <semper/userprocess.h>

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <QObject>
#include <QString>
#include <QStringList>

#include <atomic>
#include <concepts>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace semper {

class ConnectionTable;
class ServiceListener;
class TaskScope;
struct ServiceContext;

/// What a program says of one way into a service.
struct ListenerOptions
{
    QString listen = {}; ///< "host:port", "[v6]:port" or "unix:PATH"; port 0 takes any free one
    std::optional<TlsSpec> tls = {}; ///< none: no TLS
    QString framing = {}; ///< as in a configuration, for the types of service that have it
};

/// Why a service cannot be as a new configuration has it.
struct RebindFault
{
    QString listener; ///< its name; empty for the service's own
    QString key; ///< of the configuration: "listen" or "tls"
    QString message; ///< a sentence that names the address or the file
};

/// A network service with the user processes that live beside it. A subclass brings the protocol;
/// the supervisor owns the children. Lives on the program's first thread, as all services and
/// handlers do.
class SEMPER_SERVER_EXPORT Service : public QObject, public ServiceMessages, public ServiceMetrics
{
    Q_OBJECT
public:
    /// \a defaults are what the limits are where a configuration says nothing.
    explicit Service(QAnyStringView name, const ListenerOptions &main = {},
        const ServiceLimits &defaults = {}, QObject *parent = nullptr);
    ~Service() override;

    [[nodiscard]] QString name() const { return m_name; }
    /// The wire's word for the kind of service: "http".
    [[nodiscard]] virtual QString type() const = 0;

    /// One more way into the service, under a name of its own. Before listen() only, and so are
    /// setListen(), setListeners() and setContext().
    void addListener(QAnyStringView name, const ListenerOptions &options);
    /// Replaces the address of the service's own listener.
    void setListen(QAnyStringView address);
    /// Replaces those of the same name; the name of the service's own is empty.
    void setListeners(const QMap<QString, ListenerSpec> &listeners);
    /// As a configuration says, over the defaults; for connections that are open too.
    void setLimits(const ServiceLimitsSpec &limits);
    void setContext(const ServiceContext &context);
    /// As the program, a configuration, or the last rebind() say; an address that makes no sense
    /// is empty.
    [[nodiscard]] const QMap<QString, ListenerSpec> &listeners() const { return m_specs; }
    [[nodiscard]] const ServiceLimits &limits() const { return m_limits; }

    /// Binds all listeners. Nothing, or why one could not be, in a sentence that names the address.
    [[nodiscard]] std::optional<QString> listen();
    /// Prepares to have \a listeners and no others. New addresses are bound beside what is bound;
    /// a listener whose address stays has its files of TLS read anew. The function takes all that
    /// into use and lets the old listeners end: no new connection, and 60 s for those that are
    /// open. Dropped without a call it has changed nothing. Does not block for literal addresses.
    [[nodiscard]] std::variant<std::function<void()>, RebindFault> rebind(
        const QMap<QString, ListenerSpec> &listeners);
    /// Takes no more connections, and deletes itself once those that are open have ended, after
    /// 60 s at the latest.
    void retire();
    /// What listen() bound, with real ports: "http://127.0.0.1:18306".
    [[nodiscard]] QStringList addresses() const;

    /// The connections that are open now, over all listeners, oldest first: those with a higher id
    /// than \a after, at most \a limit.
    [[nodiscard]] QList<Connection> connections(
        quint64 after = 0, qsizetype limit = std::numeric_limits<qsizetype>::max()) const;
    [[nodiscard]] qsizetype connectionCount() const;
    /// The same for any thread, also once the service is gone.
    [[nodiscard]] std::shared_ptr<const std::atomic<qsizetype>> connectionCounter() const;
    /// Has the client go as the protocol has it; after 2 s it is cut off. False when there is none
    /// of this id.
    bool closeConnection(quint64 id);
    /// Whether \a token is the server's bearer token: who shows it may control the server. False
    /// where there is no server.
    [[nodiscard]] bool isToken(const QByteArray &token) const;

    /// T joins the registry by being named here, so that a relaunched child knows it too.
    template <std::derived_from<UserProcess> T>
    void addProcess(QAnyStringView name, ProcessSpec spec = {})
    {
        static_cast<void>(&detail::registrar<T>);
        spec.className = QString::fromLatin1(T::staticMetaObject.className());
        addProcess(name, std::move(spec));
    }
    /// Before the server starts only; a later call of the same name replaces the earlier one.
    void addProcess(QAnyStringView name, ProcessSpec spec);
    [[nodiscard]] const QMap<QString, ProcessSpec> &processes() const { return m_processes; }
    /// As a configuration that was read again says; this alone starts and stops nothing.
    void setProcesses(const QMap<QString, ProcessSpec> &processes) { m_processes = processes; }

    /// What the service's own code waits in, and spawns tasks in: for the clients that its handlers
    /// use, as `semper::Database db(http.scope(), url)`. It is stopped when the service ends, and
    /// stays until the program does. For the thread of the service.
    [[nodiscard]] TaskScope &scope() const { return *m_scope; }

Q_SIGNALS:
    /// A user process of this service called Process::send().
    void messageReceived(const QString &process, int instance, const QJsonObject &payload);
    /// That many messages which waited for it will not be delivered: it was stopped, is done or
    /// has failed. Whoever asked it something gets a RequestError.
    void messagesDropped(const QString &process, int instance, int count);
    /// A client has come, or gone, with what it had taken and sent in the end.
    void connectionOpened(const semper::Connection &connection);
    void connectionClosed(const semper::Connection &connection);

protected:
    /// A listener for this protocol, neither bound nor in use, with table() and limits().
    [[nodiscard]] virtual std::unique_ptr<ServiceListener> makeListener(const ListenerSpec &spec)
        = 0;
    /// Takes over \a listener, which is bound, and keeps it until it deletes itself. By default as
    /// a child.
    virtual void adopt(std::unique_ptr<ServiceListener> listener);
    /// To be called by the destructor of a subclass that its connections refer to.
    void dropListeners();

    [[nodiscard]] ConnectionTable &table() const { return *m_table; }
    [[nodiscard]] const ServiceContext &context() const { return *m_context; }

private:
    struct Change;

    [[nodiscard]] std::unique_ptr<ServiceListener> newListener(
        const QString &name, const ListenerSpec &spec);
    void use(const QString &name, std::unique_ptr<ServiceListener> listener);
    void carryOut(Change &change);
    void letEnd(ServiceListener *listener);

    QString m_name;
    QMap<QString, ProcessSpec> m_processes;
    QMap<QString, ListenerSpec> m_specs; ///< by name; the service's own is ""
    QMap<QString, QString> m_nonsense; ///< why an address cannot be read, by name of its listener
    ServiceLimits m_defaults;
    ServiceLimits m_limits;
    std::unique_ptr<ServiceContext> m_context;
    std::unique_ptr<ConnectionTable> m_table;
    TaskScope *m_scope; ///< the application's once this is gone
    QMap<QString, ServiceListener *> m_listeners; ///< in use, by name
    int m_ending = 0; ///< listeners whose connections are left to end
    bool m_retired = false;
};

} // namespace semper
