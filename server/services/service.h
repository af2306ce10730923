// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/processspec.h>
#include <semper/semper_server_export.h>
#include <semper/userprocess.h>

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <QObject>
#include <QString>
#include <QStringList>

#include <concepts>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

namespace semper {

/// A change of address that is prepared: what carries it out, or why it cannot be.
using Rebinding = std::variant<std::function<void()>, QString>;

/// A network service with the user processes that live beside it. A subclass brings the
/// protocol; the supervisor owns the children. Lives on the server's main thread.
class SEMPER_SERVER_EXPORT Service : public QObject
{
    Q_OBJECT
public:
    explicit Service(QString name, QObject *parent = nullptr);
    ~Service() override;

    [[nodiscard]] QString name() const { return m_name; }
    /// The wire's word for the kind of service: "http".
    [[nodiscard]] virtual QString type() const = 0;

    /// Binds the listener. Nothing, or why it could not, in a sentence that names the address.
    [[nodiscard]] virtual std::optional<QString> listen() = 0;
    /// Binds \a address beside what is bound. The function takes it into use and lets the old
    /// listener end: no new connection, and 60 s for those that are open. Dropped without a call
    /// it has changed nothing. Or why the address could not be bound. Does not block for literal
    /// addresses.
    [[nodiscard]] virtual Rebinding rebind(const QString &address);
    /// Takes no more connections, and deletes itself once those that are open have ended, after
    /// 60 s at the latest.
    virtual void retire();
    /// What listen() bound, with real ports: "http://127.0.0.1:18306".
    [[nodiscard]] virtual QStringList addresses() const = 0;
    /// The connections that are open now, oldest first.
    [[nodiscard]] virtual QList<Connection> connections() const = 0;

    /// T joins the registry by being named here, so that a relaunched child knows it too.
    template <std::derived_from<UserProcess> T>
    void addProcess(const QString &name, ProcessSpec spec = {})
    {
        static_cast<void>(&detail::registrar<T>);
        spec.className = QString::fromLatin1(T::staticMetaObject.className());
        addProcess(name, std::move(spec));
    }
    /// Before the server starts only; a later call of the same name replaces the earlier one.
    void addProcess(const QString &name, ProcessSpec spec);
    [[nodiscard]] const QMap<QString, ProcessSpec> &processes() const { return m_processes; }
    /// As a configuration that was read again says; this alone starts and stops nothing.
    void setProcesses(const QMap<QString, ProcessSpec> &processes) { m_processes = processes; }

    /// Sends \a payload to every instance of \a process that is connected.
    void send(const QString &process, const QJsonObject &payload);

Q_SIGNALS:
    /// A user process of this service called Process::send().
    void messageReceived(const QString &process, int instance, const QJsonObject &payload);
    /// send() was called; the hub takes it from here.
    void messageToSend(const QString &process, const QJsonObject &payload);

private:
    QString m_name;
    QMap<QString, ProcessSpec> m_processes;
};

} // namespace semper
