// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/base/service.h"

#include "net/connectiontable.h"
#include "net/liveconnection.h"
#include "net/servicelistener.h"
#include "services/base/servicecontext.h"

#include <semper/systemclock.h>
#include <semper/taskscope.h>

#include <QCoreApplication>
#include <QDir>

#include <map>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Clock &systemClock()
{
    static SystemClock clock;
    return clock;
}

} // namespace

/// What a rebind() has prepared.
struct Service::Change
{
    QMap<QString, ListenerSpec> specs;
    std::map<QString, std::unique_ptr<ServiceListener>> fresh; ///< bound
    QMap<QString, std::function<void()>> kept; ///< by name: goes on with its new spec
};

Service::Service(QAnyStringView name, const ListenerOptions &main, const ServiceLimits &defaults,
    QObject *parent)
    : QObject(parent)
    , m_name(name.toString())
    , m_defaults(defaults)
    , m_limits(defaults)
    , m_context(std::make_unique<ServiceContext>())
    , m_table(std::make_unique<ConnectionTable>())
    , m_scope(new TaskScope(systemClock()))
{
    m_scope->setObjectName(m_name);
    connect(m_table.get(), &ConnectionTable::opened, this, &Service::connectionOpened);
    connect(m_table.get(), &ConnectionTable::closed, this, &Service::connectionClosed);
    addListener({}, main);
}

Service::~Service()
{
    dropListeners();
    // Coroutines wait in it, and what they use refers to it.
    m_scope->requestStop();
    m_scope->setParent(QCoreApplication::instance());
}

void Service::dropListeners()
{
    m_table->disconnect(this); // What its connections do now is nobody's concern any more.
    qDeleteAll(findChildren<ServiceListener *>(Qt::FindDirectChildrenOnly));
}

void Service::addListener(QAnyStringView listener, const ListenerOptions &options)
{
    const QString name = listener.toString();
    const auto parsed = parseListenAddress(options.listen, QDir::currentPath());
    const auto *problem = std::get_if<QString>(&parsed);
    m_nonsense.remove(name);
    if (problem)
        m_nonsense.insert(
            name, u"the address \"%1\" of service %2 %3"_s.arg(options.listen, m_name, *problem));
    m_specs.insert(name,
        {.address = problem ? ListenAddress() : std::get<ListenAddress>(parsed),
            .tls = options.tls,
            .framing = options.framing});
}

void Service::setListen(QAnyStringView address)
{
    const ListenerSpec spec = m_specs.value(QString());
    addListener({}, {.listen = address.toString(), .tls = spec.tls, .framing = spec.framing});
}

void Service::setListeners(const QMap<QString, ListenerSpec> &listeners)
{
    for (auto it = listeners.cbegin(); it != listeners.cend(); ++it) {
        m_specs.insert(it.key(), it.value());
        m_nonsense.remove(it.key());
    }
}

void Service::setLimits(const ServiceLimitsSpec &limits)
{
    m_limits = limits.over(m_defaults);
    for (ServiceListener *listener : std::as_const(m_listeners))
        listener->setLimits(m_limits);
}

void Service::setContext(const ServiceContext &context)
{
    *m_context = context;
    setMail(context.mail, m_name);
}

bool Service::isToken(const QByteArray &token) const
{
    return m_context->isToken && m_context->isToken(token);
}

std::unique_ptr<ServiceListener> Service::newListener(const QString &name, const ListenerSpec &spec)
{
    auto listener = makeListener(spec);
    listener->setName(name);
    listener->setLimits(m_limits);
    return listener;
}

void Service::use(const QString &name, std::unique_ptr<ServiceListener> listener)
{
    ServiceListener *used = listener.get();
    m_listeners.insert(name, used);
    adopt(std::move(listener));
    used->startAccepting();
}

void Service::adopt(std::unique_ptr<ServiceListener> listener)
{
    listener.release()->setParent(this);
}

std::optional<QString> Service::listen()
{
    if (!m_nonsense.isEmpty())
        return m_nonsense.first();
    std::map<QString, std::unique_ptr<ServiceListener>> bound; // all, or none
    for (auto it = m_specs.cbegin(); it != m_specs.cend(); ++it) {
        auto listener = newListener(it.key(), it.value());
        if (auto fault = listener->listenOn(it.value()))
            return std::move(fault->message);
        bound[it.key()] = std::move(listener);
    }
    for (auto &[name, listener] : bound)
        use(name, std::move(listener));
    return {};
}

std::variant<std::function<void()>, RebindFault> Service::rebind(
    const QMap<QString, ListenerSpec> &listeners)
{
    // A function can be copied, so what it holds must be shared.
    const auto change = std::make_shared<Change>();
    change->specs = listeners;
    const auto refuse = [](const QString &name, const ListenerFault &fault) {
        return RebindFault{.listener = name, .key = fault.key, .message = fault.message};
    };
    for (auto it = listeners.cbegin(); it != listeners.cend(); ++it) {
        ServiceListener *old = m_listeners.value(it.key());
        if (old && old->spec().address == it->address) {
            auto kept = old->prepare(*it);
            if (const auto *fault = std::get_if<ListenerFault>(&kept))
                return refuse(it.key(), *fault);
            change->kept.insert(it.key(), std::get<std::function<void()>>(kept));
            continue;
        }
        auto listener = newListener(it.key(), *it);
        if (const auto fault = listener->listenOn(*it))
            return refuse(it.key(), *fault);
        change->fresh[it.key()] = std::move(listener);
    }
    return [this, change] { carryOut(*change); };
}

void Service::carryOut(Change &change)
{
    for (const auto &goOn : std::as_const(change.kept))
        goOn();
    const QMap<QString, ServiceListener *> before = m_listeners;
    for (auto it = before.cbegin(); it != before.cend(); ++it)
        if (!change.kept.contains(it.key())) {
            m_listeners.remove(it.key());
            letEnd(it.value());
        }
    for (auto &[name, listener] : change.fresh)
        use(name, std::move(listener));
    change.fresh.clear();
    m_specs = change.specs;
}

void Service::retire()
{
    m_retired = true;
    const QMap<QString, ServiceListener *> listeners = std::exchange(m_listeners, {});
    for (ServiceListener *listener : listeners)
        letEnd(listener);
    if (m_ending == 0)
        deleteLater();
}

/// With the last of them goes a service that was retired.
void Service::letEnd(ServiceListener *listener)
{
    ++m_ending;
    connect(listener, &QObject::destroyed, this, [this] {
        if (--m_ending == 0 && m_retired)
            deleteLater();
    });
    listener->retire();
}

QStringList Service::addresses() const
{
    QStringList list;
    for (const ServiceListener *listener : m_listeners)
        list += listener->addresses();
    return list;
}

QList<Connection> Service::connections(quint64 after, qsizetype limit) const
{
    return m_table->page(after, limit);
}

qsizetype Service::connectionCount() const
{
    return m_table->count();
}

std::shared_ptr<const std::atomic<qsizetype>> Service::connectionCounter() const
{
    return m_table->counter();
}

bool Service::closeConnection(quint64 id)
{
    LiveConnection *connection = m_table->find(id);
    if (connection)
        connection->close();
    return connection != nullptr;
}

void Service::addProcess(QAnyStringView name, ProcessSpec spec)
{
    m_processes[name.toString()] = std::move(spec);
}

} // namespace semper
