// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/service.h"

#include <utility>

namespace semper {

Service::Service(QString name, QObject *parent)
    : QObject(parent)
    , m_name(std::move(name))
{ }

Service::~Service() = default;

void Service::addProcess(const QString &name, ProcessSpec spec)
{
    m_processes.insert(name, std::move(spec));
}

void Service::send(const QString &process, const QJsonObject &payload)
{
    Q_EMIT messageToSend(process, payload);
}

} // namespace semper
