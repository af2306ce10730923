// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/tlshandshake.h"

#include <semper/listenerspec.h>
#include <semper/semper_server_export.h>
#include <semper/servicelimits.h>

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QList>
#include <QMap>
#include <QSslConfiguration>
#include <QString>
#include <QStringList>
#include <QTcpServer>
#include <QTimer>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <variant>

class QSslSocket;

namespace semper {

class Acceptor;
class ConnectionTable;
class LiveConnection;
class UnixSocketFile;
struct TurnLine;

/// Why a listener is not as it should be.
struct ListenerFault
{
    QLatin1StringView key; ///< of the configuration: "listen" or "tls"
    QString message; ///< a sentence that names the address or the file
};

/// One way into a service: on TCP or a Unix socket, with TLS or without. It accepts, shakes hands,
/// makes room for who comes by ending who has been quiet for longest, or turns away what is too
/// much, and ends what is over its time, but for time in which this program did not run; a subclass
/// serves what is left.
/// Without connections it never wakes up.
class SEMPER_SERVER_EXPORT ServiceListener : public QTcpServer
{
    Q_OBJECT
public:
    /// \a table outlives it.
    ServiceListener(ConnectionTable &table, const ServiceLimits &limits, QObject *parent = nullptr);
    ~ServiceListener() override;

    /// By which its connections tell how they came; empty for a service's own.
    void setName(const QString &name) { m_name = name; }
    /// Binds; a Unix socket gets mode 0600, and a stale one is replaced. Nothing, or why it could
    /// not. Reads the files of TLS, and resolves a host name, which blocks; literals and
    /// "localhost" do not.
    /// Clients wait with the kernel until startAccepting().
    [[nodiscard]] std::optional<ListenerFault> listenOn(const ListenerSpec &spec);
    void startAccepting();
    /// Prepares to go on as \a spec says, whose address is the same, and reads the files of TLS
    /// anew. The function has it do so with the next connection. Or why it cannot.
    [[nodiscard]] std::variant<std::function<void()>, ListenerFault> prepare(
        const ListenerSpec &spec);
    /// For connections that are open too.
    void setLimits(const ServiceLimits &limits);
    /// Takes no more connections, gives up its address, and deletes itself once the connections
    /// that are open have ended, after 60 s at the latest.
    void retire();

    [[nodiscard]] const ListenerSpec &spec() const { return m_spec; }
    [[nodiscard]] const ServiceLimits &limits() const { return m_limits; }
    /// In which its connections wait for their turn.
    [[nodiscard]] const std::shared_ptr<TurnLine> &line() const { return m_line; }
    /// "http://127.0.0.1:18306" with the real port, or "unix:/run/x.sock"; empty while not bound.
    [[nodiscard]] QStringList addresses() const;
    [[nodiscard]] QTcpSocket *nextPendingConnection() override;

protected:
    /// Called once for each socket, which is connected, encrypted if need be, and this listener's
    /// child. What is returned must be the socket's child too; null turns the client away.
    [[nodiscard]] virtual LiveConnection *serve(QTcpSocket *socket, quint64 id) = 0;
    /// The same connection, once it is among the service's.
    virtual void served(LiveConnection *) { }
    /// Where plain sockets will not do.
    [[nodiscard]] virtual QTcpSocket *makeSocket();
    [[nodiscard]] virtual QSslSocket *makeTlsSocket();
    /// What a client without TLS is told when it is one too many; nothing by default.
    [[nodiscard]] virtual QByteArray refusal() const { return {}; }
    [[nodiscard]] virtual QLatin1StringView scheme() const;
    /// The shortest of its limits, for how often deadlines are looked at.
    [[nodiscard]] virtual std::chrono::milliseconds shortestLimit() const;
    virtual void limitsChanged() { }
    /// To be called by the destructor of a subclass that its connections refer to.
    void dropConnections();

    void incomingConnection(qintptr accepted) override;

private:
    [[nodiscard]] std::optional<QString> bindTcp(const ListenAddress &address);
    [[nodiscard]] std::optional<QString> bindPath(const ListenAddress &address);
    [[nodiscard]] bool isFull() const;
    void makeRoom();
    void stopAccepting();
    void shakeHands(int descriptor);
    [[nodiscard]] QList<QSslSocket *> shakingHands() const;
    void take(QTcpSocket *socket);
    void startSweep();
    void sweep();
    void forget(quint64 id);
    void endIfIdle();
    void watchPath(const QString &path);
    void restorePath();
    void giveUpPath();

    ConnectionTable &m_table;
    ServiceLimits m_limits;
    ListenerSpec m_spec;
    QString m_name;
    std::optional<QSslConfiguration> m_tls;
    QMap<quint64, LiveConnection *> m_live; ///< by connection id
    std::map<QSslSocket *, TlsHandshake> m_handshakes; ///< under way
    std::shared_ptr<TurnLine> m_line;
    QTimer m_sweep;
    QElapsedTimer m_swept; ///< since the last sweep
    QDeadlineTimer m_leniency; ///< until then no sweep ends anything
    Acceptor *m_acceptor = nullptr; ///< a child; null while not bound
    bool m_retired = false;
    std::unique_ptr<UnixSocketFile> m_file; ///< of the Unix socket this server made
    QTimer m_restore; ///< tries again
    QString m_complaint; ///< the last one about a file that was removed
};

} // namespace semper
