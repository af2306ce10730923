// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/connectionlabel.h"

#include "model/format.h"
#include "view/shapelabel.h"

#include "protocol/keys.h"

#include <QHBoxLayout>
#include <QLabel>

namespace semper::dashboard {

ConnectionLabel::ConnectionLabel(QWidget *parent)
    : QWidget(parent)
    , m_shape(new ShapeLabel(this))
    , m_label(new QLabel(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(4, 0, 8, 0);
    layout->setSpacing(6);
    layout->addWidget(m_shape);
    layout->addWidget(m_label);
    m_label->setTextFormat(Qt::PlainText);
    m_label->setAccessibleDescription(tr("State of the connection"));
}

void ConnectionLabel::refresh(const ServerMirror &mirror)
{
    const ServerWatch *watch = mirror.watch();
    if (watch == nullptr) {
        m_shape->setSeverity(Severity::Stopped, false);
        m_label->setText(tr("No server"));
        return;
    }
    switch (watch->state()) {
    case ServerWatch::State::Connecting:
        m_shape->setSeverity(Severity::Starting, false);
        m_label->setText(tr("Connecting to %1…").arg(mirror.serverName()));
        return;
    case ServerWatch::State::Live:
        m_shape->setSeverity(Severity::Running, false);
        m_label->setText(tr("Connected to %1, pid %2")
                             .arg(mirror.serverName())
                             .arg(watch->server().value(keys::pid).toInteger()));
        return;
    case ServerWatch::State::Silent:
        m_shape->setSeverity(Severity::Degraded, false);
        m_label->setText(tr("No answer · data is %1 old").arg(format::duration(watch->age())));
        return;
    case ServerWatch::State::Lost:
        m_shape->setSeverity(Severity::Degraded, false);
        m_label->setText(tr("Disconnected · data is %1 old").arg(format::duration(watch->age())));
        return;
    }
    Q_UNREACHABLE();
}

QString ConnectionLabel::text() const
{
    return m_label->text();
}

} // namespace semper::dashboard
