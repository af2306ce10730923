// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/service.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

Service::Service(QString name, QObject *parent)
    : QObject(parent)
    , m_name(std::move(name))
{ }

Service::~Service() = default;

Rebinding Service::rebind(const QString &)
{
    return u"a service of the type %1 cannot change its address while it runs"_s.arg(type());
}

void Service::retire()
{
    deleteLater();
}

void Service::addProcess(const QString &name, ProcessSpec spec)
{
    m_processes[name] = std::move(spec);
}

void Service::send(const QString &process, const QJsonObject &payload)
{
    Q_EMIT messageToSend(process, payload);
}

} // namespace semper
