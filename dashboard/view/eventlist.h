// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/eventmodel.h"

#include <QListView>

namespace semper::dashboard {

/// The events of one process, newest on top: time, what happened, trouble in its colour.
class EventList : public QListView
{
    Q_OBJECT
public:
    explicit EventList(EventModel *model, QWidget *parent = nullptr);

    void setStale(bool stale);
    [[nodiscard]] bool isStale() const { return m_stale; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    bool m_stale = false;
};

} // namespace semper::dashboard
