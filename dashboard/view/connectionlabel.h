// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/servermirror.h"

#include <QWidget>

class QLabel;

namespace semper::dashboard {

class ShapeLabel;

/// The state of the connection in the corner of the window: shape, words, age.
class ConnectionLabel : public QWidget
{
    Q_OBJECT
public:
    explicit ConnectionLabel(QWidget *parent = nullptr);

    void refresh(const ServerMirror &mirror);
    [[nodiscard]] QString text() const;

private:
    ShapeLabel *m_shape;
    QLabel *m_label;
};

} // namespace semper::dashboard
